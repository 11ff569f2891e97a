using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;

namespace OwlBoard.Forwarding.Features;

/// <summary>Extension methods for request features.</summary>
public static class FeatureExtensions
{
    /// <summary>
    /// Returns a feature like <see cref="IFeatureCollection.Get{TFeature}"/>, but looks it up by its type. The generic method
    /// is virtual, and the dispatch of a generic virtual method costs more than the lookup itself. Use on the hot path.
    /// </summary>
    /// <typeparam name="T">The type of the feature.</typeparam>
    /// <param name="features">The request's features.</param>
    /// <returns>The feature; <see langword="null"/> if it is not set.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T? Find<T>(this IFeatureCollection features)
        where T : class =>
        (T?)features[typeof(T)];
}
