using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using OwlBoard.Forwarding.Transport;

namespace OwlBoard.Tests.Forwarding.Transport;

[Trait("Category", "Unit")]
public sealed class ConnectionFeaturesTests
{
    private readonly Connection _connection = new();
    private readonly ConnectionFeatures _features;

    public ConnectionFeaturesTests() => _features = new ConnectionFeatures(_connection, [typeof(IConnectionIdFeature), typeof(IConnectionItemsFeature)]);

    [Fact]
    public void What_the_connection_is_itself_is_there_from_the_start()
    {
        Assert.Same(_connection, _features.Get<IConnectionIdFeature>());
        Assert.Same(_connection, _features[typeof(IConnectionItemsFeature)]);
        Assert.Null(_features.Get<IConnectionLifetimeFeature>());
        Assert.Equal([typeof(IConnectionIdFeature), typeof(IConnectionItemsFeature)], _features.Select(feature => feature.Key));
    }

    [Fact]
    public void What_is_added_is_found_however_much_it_is()
    {
        Type[] types = [typeof(byte), typeof(short), typeof(int), typeof(long), typeof(float), typeof(double), typeof(char), typeof(bool), typeof(string), typeof(decimal)];
        foreach (var type in types)
        {
            _features[type] = type.Name;
        }

        Assert.All(types, type => Assert.Equal(type.Name, _features[type]));
        Assert.Equal(types.Length + 2, _features.Count());
    }

    [Fact]
    public void What_the_connection_is_itself_can_be_replaced_hidden_and_replaced_again()
    {
        var other = new Connection();
        _features.Set<IConnectionIdFeature>(other);
        Assert.Same(other, _features.Get<IConnectionIdFeature>());
        Assert.Same(other, Assert.Single(_features, feature => feature.Key == typeof(IConnectionIdFeature)).Value);

        _features.Set<IConnectionIdFeature>(null);
        Assert.Null(_features.Get<IConnectionIdFeature>());
        Assert.DoesNotContain(_features, feature => feature.Key == typeof(IConnectionIdFeature));

        _features.Set<IConnectionIdFeature>(_connection);
        Assert.Same(_connection, Assert.Single(_features, feature => feature.Key == typeof(IConnectionIdFeature)).Value);
    }

    [Fact]
    public void Revision_changes_with_what_is_set()
    {
        var before = _features.Revision;
        _features.Set<IConnectionIdFeature>(new Connection());

        Assert.NotEqual(before, _features.Revision);
        Assert.False(_features.IsReadOnly);
    }

    private sealed class Connection : IConnectionIdFeature, IConnectionItemsFeature
    {
        public string ConnectionId { get; set; } = "1";

        public IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();
    }
}
