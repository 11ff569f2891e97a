using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>Looks for what a server or a middleware says of a request.</summary>
public static class FeatureExtensions
{
    /// <summary>
    /// The feature, as <see cref="IFeatureCollection.Get{TFeature}"/> finds it. By its type, for code that each request runs:
    /// the generic method is virtual too, and to find which code to run takes it longer than all the rest.
    /// </summary>
    /// <typeparam name="T">The feature.</typeparam>
    /// <param name="features">Those of the request.</param>
    /// <returns>The feature; <see langword="null"/> if there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T? Find<T>(this IFeatureCollection features)
        where T : class =>
        (T?)features[typeof(T)];
}
